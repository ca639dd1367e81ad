/* belfry.auth/1: turns a presented credential into claims. begin gets BF_REQ_AUTHENTICATE and ends with claims, decline
 * (not this plugin's kind of credential) or fail (a refusal whose code and detail the caller may see). */
#ifndef BELFRY_AUTH_H
#define BELFRY_AUTH_H

#include <belfry/steps.h>

#define BF_AUTH_1 "belfry.auth/1"
typedef bf_machine_v1 bf_auth_v1;

#endif
