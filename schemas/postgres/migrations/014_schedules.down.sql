DROP TABLE belfry.schedules;
