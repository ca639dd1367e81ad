DROP TABLE belfry.delivery_statistics;
