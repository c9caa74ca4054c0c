// vdp: virtual Zarr stores out of archives of scientific files.
#include <CLI/CLI.hpp>

#include "apps/cli/log_options.h"
#include "apps/cli/verb.h"
#include "vdp/version.h"

int main(int argc, char** argv) {
  using namespace vdp::cli;
  CLI::App program("Makes and keeps virtual Zarr stores: one dataset over an archive, without copying a byte.", "vdp");
  program.set_version_flag("--version", std::string("vdp ") + vdp::version);
  program.require_subcommand(1);
  LogOptions log;
  add_log_options(program, log);
  Action action;
  add_new(program, action);
  add_run(program, action);
  add_backfill(program, action);
  add_catch_up(program, action);
  add_enqueue(program, action);
  add_forward(program, action);
  add_dlq(program, action);
  add_init(program, action);
  add_inspect(program, action);
  add_check(program, action);
  add_status(program, action);
  add_verify(program, action);
  add_gaps(program, action);
  add_resort(program, action);
  add_gc(program, action);
  add_lambda(program, action);
  add_settings(program, action);
  add_self_test(program, action);
  add_repo(program, action);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? exit_done : exit_bad_usage;
  }
  set_up_log(log, program.get_subcommands().front()->get_name());
  return action();
}
