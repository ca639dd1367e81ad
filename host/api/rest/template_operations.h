// admin/templates: create, list, read, add a version, publish.
#pragma once

#include "api/rest/router.h"
#include "ports/template_store.h"
#include "ports/templates.h"
#include "services/rendering/template_resolver.h"

namespace belfry {

/// All must outlive the router. The resolver forgets what it remembers when a version is published here.
void addTemplateOperations(Router& router, TemplateStore& store, TemplateEngines& engines, TemplateResolver& resolver);

}  // namespace belfry
