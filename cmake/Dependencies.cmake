# All of them are packages of Debian 12 and 13 (scripts/packages/*.txt).
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
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
