# All of them are packages of Debian 12 and 13 (scripts/packages/*.txt).
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(ZLIB REQUIRED)
find_package(BZip2 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(blosc REQUIRED IMPORTED_TARGET blosc)
pkg_check_modules(lz4 REQUIRED IMPORTED_TARGET liblz4)
# libaec has no pkg-config file in Debian 12; its libsz has the interface of HDF5's szip filter.
find_path(SZIP_INCLUDE_DIR szlib.h REQUIRED)
find_library(SZIP_LIBRARY sz REQUIRED)
add_library(szip INTERFACE IMPORTED)
set_target_properties(szip PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES "${SZIP_INCLUDE_DIR}" INTERFACE_LINK_LIBRARIES "${SZIP_LIBRARY}")
# FlatBuffers: generated code and FlexBuffers are header only; the versions' CMake packages differ in name.
find_path(FLATBUFFERS_INCLUDE_DIR flatbuffers/flatbuffers.h REQUIRED)
find_program(FLATC flatc REQUIRED)
# toml++ 3.3 of Debian 12 ships pkg-config only; later ones ship both.
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
# RE2 runs in linear time on expressions that users write; Debian 12 ships pkg-config only.
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
# pugixml reads the XML that S3 and STS answer with; it resolves no entities of documents' own.
pkg_check_modules(pugixml REQUIRED IMPORTED_TARGET pugixml)
# libyaml gives YAML event by event, so that depth and aliases are ours to bound.
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
if(VDP_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
  enable_testing()
endif()
