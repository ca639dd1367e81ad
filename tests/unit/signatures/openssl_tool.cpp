#include "unit/signatures/openssl_tool.h"

#include <fstream>
#include <stdexcept>

namespace belfry::openssl {

std::string OpensslTool::run(std::vector<std::string> args) const {
  args.insert(args.begin(), "openssl");
  test::ChildProcess child({.args = args, .working_dir = directory_.path()});
  const auto exit = child.waitForExit(std::chrono::seconds(60));
  if (!exit || exit->code != 0) throw std::runtime_error("openssl " + args[1] + ": " + child.output());
  return child.standardOutput();
}

std::string OpensslTool::file(const std::string& name, const std::string& content) const {
  std::ofstream(directory_.path() / name, std::ios::binary) << content;
  return name;
}

std::string OpensslTool::newKey(const std::string& kind) const {
  const auto algorithm = kind.substr(0, kind.find(':'));
  std::vector<std::string> args = {"genpkey", "-algorithm", algorithm};
  if (algorithm == "RSA") args.insert(args.end(), {"-pkeyopt", "rsa_keygen_bits:" + kind.substr(4)});
  if (algorithm == "EC") args.insert(args.end(), {"-pkeyopt", "ec_paramgen_curve:" + kind.substr(3)});
  return run(args);
}

std::string OpensslTool::publicPem(const std::string& private_pem) const {
  return run({"pkey", "-pubout", "-in", file("key.pem", private_pem)});
}

std::string OpensslTool::publicDer(const std::string& private_pem) const {
  return run({"pkey", "-pubout", "-outform", "DER", "-in", file("key.pem", private_pem)});
}

std::string OpensslTool::sign(const std::string& private_pem, const std::string& digest,
                              const std::string& data) const {
  return run({"dgst", "-" + digest, "-sign", file("key.pem", private_pem), file("data", data)});
}

}  // namespace belfry::openssl
