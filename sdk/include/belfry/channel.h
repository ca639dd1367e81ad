/* belfry.channel/1: a bell. begin gets BF_REQ_SEND and emits one bf_result per message. */
#ifndef BELFRY_CHANNEL_H
#define BELFRY_CHANNEL_H

#include <belfry/steps.h>

#define BF_CHANNEL_1 "belfry.channel/1"
typedef bf_machine_v1 bf_channel_v1;

#endif
