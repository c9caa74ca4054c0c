// For tests: variables, files and answers that a test writes down, and what was asked for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "net/aws/surroundings.h"

namespace vdp::aws {

class ScriptedSurroundings {
 public:
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> files;  ///< by their paths
  struct Scripted {
    int status = 200;
    std::string body;
    HttpHeaders headers = {};
  };
  std::map<std::string, Scripted> answers;  ///< by "GET http://host/path"; whatever is not there does not answer
  std::string failure = "no connection";    ///< what an Error says then
  ErrorKind failure_kind = ErrorKind::transient;

  struct Asked {
    std::string line;     ///< "GET http://host/path"
    std::string headers;  ///< "name: value\n" for each, those with credentials too
    std::string body;
  };
  std::vector<Asked> asked;

  EnvironmentLookup environment() const {
    return [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found != variables.end() ? std::optional(found->second) : std::nullopt;
    };
  }

  FileReader reader() const {
    return [this](const std::string& path) -> Result<Secret> {
      const auto found = files.find(path);
      if (found == files.end()) return not_found("no file");
      return Secret(found->second);
    };
  }

  HttpSender sender() {
    return [this](const HttpRequest& request) { return send(request); };
  }

 private:
  Result<HttpResponse> send(const HttpRequest& request) {
    std::string line;
    line.append(request.method == HttpMethod::put ? "PUT" : request.method == HttpMethod::post ? "POST" : "GET");
    line.append(" ").append(request.url.text());
    std::string headers;
    for (const auto& [name, value] : request.headers) headers.append(name).append(": ").append(value).append("\n");
    for (const auto& [name, value] : request.credentials) {
      headers.append(name).append(": ").append(value.reveal()).append("\n");
    }
    asked.push_back({line, headers, std::string(as_text(request.body))});
    const auto found = answers.find(line);
    if (found == answers.end()) return fail(failure_kind, failure);
    return HttpResponse{.status = found->second.status,
                        .headers = found->second.headers,
                        .body = to_bytes(found->second.body),
                        .url = {}};
  }
};

}  // namespace vdp::aws
