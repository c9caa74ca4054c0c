# The image of all functions and jobs: the program, the libraries that it loads, CA certificates, one dataset file.
#   docker build --build-arg DATASET=datasets/oisst/dataset.toml --tag vdp .
# Build arguments: DATASET, the path of the dataset file in this repository; PROCESSOR, a folder of processors/;
# BASE, to pin the builder further (debian@sha256:...). None of the builder is in the image but copies of its libraries.
ARG BASE=debian:13-slim

FROM ${BASE} AS build
WORKDIR /src
# The engine's packages are a layer of their own. The upgrade: libraries of the base go into the image, too.
COPY scripts scripts
RUN apt-get update --quiet && apt-get upgrade --yes --quiet && scripts/install_packages.sh build
COPY . .
# Those that processors add.
RUN scripts/install_packages.sh build
RUN --mount=type=cache,target=/root/.cache/ccache \
    cmake --preset release && cmake --build --preset release --target vdp
ARG DATASET
ARG PROCESSOR=dataset
RUN VDP_PROCESSOR="$PROCESSOR" scripts/image_root.sh build/release/vdp "$DATASET" /image

FROM scratch
COPY --from=build /image /
ARG PROCESSOR=dataset
ENV VDP_DATASET=/app/dataset/dataset.toml VDP_PROCESSOR=${PROCESSOR}
USER 65534:65534
# The program alone: a job's command is a verb of it, and AWS Batch cannot replace an entry point.
ENTRYPOINT ["/usr/bin/vdp"]
CMD ["lambda", "process_messages"]
