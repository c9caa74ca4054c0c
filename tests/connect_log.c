// Writes down every address that its process connects to, or sends a datagram to. Loaded by LD_PRELOAD.
//
//   CONNECT_LOG  a file to which a line is added for each call: "127.0.0.1 9000". Sockets of this machine alone
//                (AF_UNIX) do not count.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void note(const struct sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "?";
  unsigned port = 0;
  if (address == NULL) return;
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in* v4 = (const struct sockaddr_in*)address;
    inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    port = ntohs(v4->sin_port);
  } else if (address->sa_family == AF_INET6) {
    const struct sockaddr_in6* v6 = (const struct sockaddr_in6*)address;
    inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    port = ntohs(v6->sin6_port);
  } else {
    return;
  }
  const char* path = getenv("CONNECT_LOG");
  const int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
  if (file < 0) abort();  // a log that misses a call would prove nothing
  dprintf(file, "%s %u\n", text, port);
  close(file);
}

int connect(int socket, const struct sockaddr* address, socklen_t length) {
  note(address);
  return NEXT(connect)(socket, address, length);
}

ssize_t sendto(int socket, const void* data, size_t size, int flags, const struct sockaddr* address,
               socklen_t length) {
  note(address);
  return NEXT(sendto)(socket, data, size, flags, address, length);
}
