/* belfry.channel/1: a bell. SEND is what it is for; WEBHOOK, PROBE, TOKEN
 * and STATUS are those requests that its manifest declares. See steps.h. */
#ifndef BELFRY_CHANNEL_H
#define BELFRY_CHANNEL_H

#include <belfry/steps.h>

#define BF_CHANNEL_1 "belfry.channel/1"
typedef bf_machine_v1 bf_channel_v1;

#endif
