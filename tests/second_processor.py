"""A team's own processor, made as a user makes it: by `vdp new`, in a copy of the repository, with a library of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from engine import ROOT, Engine

NAME = "units"
PACKAGE = "libudunits2-dev"
LIBRARY = "libudunits2.so.0"
DATABASE = "/usr/share/xml/udunits"

CHECK_OF_THE_DATABASE = """
/// The library is of use only with its database, which lies outside of the program.
Status check_database() {
  ut_set_error_message_handler(ut_ignore);
  ut_system* system = ut_read_xml(nullptr);
  if (system == nullptr) return internal("the database of units cannot be read");
  ut_free_system(system);
  return {};
}
"""


@dataclass(frozen=True)
class SourceTree:
    """A copy of the repository with a build folder of its own."""

    root: Path

    @classmethod
    def copy(cls, root: Path) -> SourceTree:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            # Of what the build does not need, nothing.
            if (ROOT / name).is_file() and not name.startswith(("samples/", "docs/", "infra/", "tests/", "bench/")):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name)
        return cls(root)

    @property
    def build(self) -> Path:
        return self.root / "build" / "release"

    def run(self, *command: str | Path) -> str:
        """Compiled objects come from the cache that the repository's own build has filled (scripts/lib.sh)."""
        cache = {"CCACHE_BASEDIR": str(self.root), "CCACHE_NOHASHDIR": "1"}
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, env=os.environ | cache)
        assert done.returncode == 0, f"{command}:\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        return done.stdout

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert text.count(old) == 1, f"{path}: {text.count(old)} times {old!r}"
        (self.root / path).write_text(text.replace(old, new))

    def append(self, path: str, text: str) -> None:
        with (self.root / path).open("a") as file:
            file.write(text)


def add_processor(tree: SourceTree, vdp: Engine) -> None:
    """`units`: the sample with a check at its start that needs the library."""
    vdp("new", NAME, "--processor", cwd=tree.root)
    folder = f"processors/{NAME}"
    tree.append(f"{folder}/packages.txt", f"{PACKAGE}\n")
    tree.append(f"{folder}/files.txt", f"{DATABASE}\n")
    library = "find_library(UDUNITS2_LIBRARY udunits2 REQUIRED)\n"
    link = f"target_link_libraries(vdp_processor_{NAME} PUBLIC vdp_pipeline"
    tree.edit(f"{folder}/CMakeLists.txt", link, f"{library}{link} ${{UDUNITS2_LIBRARY}}")
    source = f"{folder}/{NAME}_processor.cc"
    tree.edit(source, "#include <charconv>\n", "#include <charconv>\n\n#include <udunits2.h>\n")
    making = f"/// What the registry calls.\nResult<std::unique_ptr<Processor>> make_{NAME}_processor"
    tree.edit(source, making, f"{CHECK_OF_THE_DATABASE}\n{making}")
    tree.edit(source, f"  return std::make_unique<{NAME}::", f"  VDP_TRY(check_database());\n  return std::make_unique<{NAME}::")
    tree.append(
        f"{folder}/{NAME}_processor_test.cc",
        "\nnamespace vdp {\nStatus check_database();\n"
        'TEST(Database, IsThere) { EXPECT_TRUE(check_database()); }\n}  // namespace vdp\n',
    )
