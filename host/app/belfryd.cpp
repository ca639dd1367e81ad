#include "app/belfryd.h"

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionCallback.h>
#include <Poco/Util/OptionSet.h>
#include <Poco/Util/ServerApplication.h>
#include <signal.h>

#include <cstring>
#include <iostream>
#include <string_view>

#include "adapters/plugins/loaded_plugin.h"
#include "app/config/load_settings.h"
#include "app/host.h"

namespace belfry {
namespace {

sigset_t handledSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

/// libpq explains itself on several lines, with tabs; whoever reads a service's log sees one.
std::string onOneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space) line += c;
    else if (!line.empty() && line.back() != ' ') line += ' ';
  }
  return line;
}

class Belfryd final : public Poco::Util::ServerApplication {
 protected:
  void defineOptions(Poco::Util::OptionSet& options) override {
    ServerApplication::defineOptions(options);
    auto on = [this](void (Belfryd::*handler)(const std::string&, const std::string&)) {
      return Poco::Util::OptionCallback<Belfryd>(this, handler);
    };
    using Poco::Util::Option;
    options.addOption(Option("help", "h", "show this text").callback(on(&Belfryd::onHelp)));
    options.addOption(Option("version", "", "show the version").callback(on(&Belfryd::onVersion)));
    options.addOption(
        Option("config", "c", "file that overrides single settings").argument("FILE").callback(on(&Belfryd::onConfig)));
    options.addOption(Option("embedded", "", "run a private PostgreSQL and Redis in the data directory")
                          .callback(on(&Belfryd::onFlag)));
    options.addOption(
        Option("data-dir", "", "data directory of --embedded").argument("DIR").callback(on(&Belfryd::onFlag)));
    options.addOption(
        Option("port", "p", "port to listen on, 0 takes a free one").argument("N").callback(on(&Belfryd::onFlag)));
    options.addOption(
        Option("roles", "", "list of api, worker, scheduler, relay").argument("LIST").callback(on(&Belfryd::onFlag)));
    options.addOption(Option("set", "s", "any setting, e.g. --set log.level=debug")
                          .argument("KEY=VALUE")
                          .repeatable(true)
                          .callback(on(&Belfryd::onSet)));
    options.addOption(Option("print-config", "", "show every effective setting with its source, and end")
                          .callback(on(&Belfryd::onPrintConfig)));
  }

  int main(const std::vector<std::string>& arguments) override {
    if (help_) return showHelp();
    if (version_) {
      std::cout << "belfryd " << BELFRY_VERSION << '\n';
      return EXIT_OK;
    }
    if (!arguments.empty()) {
      std::cerr << "belfryd: unexpected argument '" << arguments[0] << "'; see --help\n";
      return EXIT_USAGE;
    }
    sources_.environment = settingsInEnvironment();
    auto loaded = loadSettings(sources_);
    if (!loaded) return refuse(loaded.error());
    if (print_config_) {
      std::cout << printConfig(*loaded);
      return EXIT_OK;
    }
    if (auto missing = checkFitToStart(loaded->settings); !missing.empty()) return refuse(missing);
    return runHost(std::move(*loaded));
  }

 private:
  void onHelp(const std::string&, const std::string&) {
    help_ = true;
    stopOptionsProcessing();
  }
  void onVersion(const std::string&, const std::string&) { version_ = true; }
  void onPrintConfig(const std::string&, const std::string&) { print_config_ = true; }
  void onConfig(const std::string&, const std::string& file) { sources_.file = file; }
  void onFlag(const std::string& name, const std::string& value) {
    if (name == "embedded") sources_.flags.push_back({"embedded.enabled", "true", "--embedded"});
    if (name == "data-dir") sources_.flags.push_back({"embedded.data_directory", value, "--data-dir"});
    if (name == "port") sources_.flags.push_back({"http.port", value, "--port"});
    if (name == "roles") sources_.flags.push_back({"roles", value, "--roles"});
  }
  void onSet(const std::string&, const std::string& text) {
    auto flag = parseSetFlag(text);
    if (flag) {
      sources_.flags.push_back(*flag);
    } else {
      throw Poco::InvalidArgumentException(toText(flag.error()));
    }
  }

  int showHelp() const {
    Poco::Util::HelpFormatter formatter(options());
    formatter.setCommand("belfryd");
    formatter.setUsage("[--embedded --data-dir DIR] [--port N] [--config FILE] [--set KEY=VALUE …]");
    formatter.setHeader("The Belfry notification host.");
    formatter.setFooter(
        "Settings are explained in config/default.yaml. SIGTERM stops after the work in flight; SIGHUP reads tenant "
        "and template files again.");
    formatter.setUnixStyle(true);
    formatter.format(std::cout);
    return EXIT_OK;
  }

  static int refuse(const std::vector<ConfigError>& errors) {
    for (const auto& error : errors) std::cerr << "belfryd: " << toText(error) << '\n';
    return EXIT_CONFIG;
  }

  int runHost(LoadedSettings loaded) {
    Log log(2, loaded.settings.log_level);
    try {
      Host host(loaded, findInstallLayout(), log);
      host.start();
      waitForEnd(host, loaded, log);
      host.stop();
      return EXIT_OK;
    } catch (const std::exception& error) {
      std::cerr << "belfryd: " << onOneLine(error.what()) << '\n';
      return EXIT_UNAVAILABLE;
    }
  }

  void waitForEnd(Host& host, LoadedSettings& running, Log& log) {
    auto signals = handledSignals();
    for (;;) {
      int signal = 0;
      sigwait(&signals, &signal);
      if (signal != SIGHUP) {
        log.info("stopping", {{"signal", strsignal(signal)}});
        return;
      }
      sources_.environment = settingsInEnvironment();
      auto fresh = reloadSettings(running, sources_);
      if (!fresh) {
        log.error("configuration not reloaded", {{"problem", toText(fresh.error())}});
        continue;
      }
      host.reload(*fresh);
      running = fresh->effective;
    }
  }

  ConfigSources sources_;
  bool help_ = false;
  bool version_ = false;
  bool print_config_ = false;
};

}  // namespace

int runBelfryd(int argc, char** argv) {
  if (argc >= 3 && std::strcmp(argv[1], "--trial-load") == 0) return plugins::trialLoad({argv + 2, argv + argc});
  // Blocked before any thread exists, so that every thread inherits it and only sigwait receives them.
  auto signals = handledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  Belfryd application;
  return application.run(argc, argv);
}

}  // namespace belfry
