// belfryd: the notification host.
#include "app/belfryd.h"

int main(int argc, char** argv) { return belfry::runBelfryd(argc, argv); }
