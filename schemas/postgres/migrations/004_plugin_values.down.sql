DROP TABLE belfry.plugin_values;
