# One set of flags for every room.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(vdp_flags INTERFACE)
target_compile_options(vdp_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                           -Woverloaded-virtual -Wimplicit-fallthrough)
if(VDP_SANITIZE)
  target_compile_options(vdp_flags INTERFACE -fsanitize=${VDP_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
  target_link_options(vdp_flags INTERFACE -fsanitize=${VDP_SANITIZE})
endif()
if(VDP_COVERAGE)
  target_compile_options(vdp_flags INTERFACE --coverage)
  target_link_options(vdp_flags INTERFACE --coverage)
endif()
