// What an in-app delivery leaves in its recipient's inbox.
#pragma once

#include <string>

namespace belfry {

struct InboxItem {
  std::string title;
  std::string body;
  std::string category;    ///< for filters; may be empty
  std::string action_url;  ///< may be empty
  std::string icon;        ///< a URL or a name that the client knows; may be empty
  std::string data_json = "{}";
};

}  // namespace belfry
