// vdp lambda: a function of AWS Lambda.
#include "apps/cli/verb.h"
#include "apps/lambda/lambda.h"

namespace vdp::cli {

void add_lambda(CLI::App& program, Action& action) {
  auto role = std::make_shared<std::string>();
  auto* verb = program.add_subcommand("lambda", "serve as a function of AWS Lambda; the service starts it");
  // An image's command names the role; in other deployments the service sets the variable.
  verb->add_option("role", *role, "initialize or process_messages")->envname("_HANDLER");
  verb->callback([role, &action] {
    action = [role] { return lambda::run(*role, dataset::process_environment) ? exit_done : exit_failed; };
  });
}

}  // namespace vdp::cli
