// A Stan model as a contender: reads its task from the first line of standard input, answers `run N` with the seconds that N
// evaluations of log density and gradient took. The model's C++ is included in front of this file.
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stan/io/json/json_data.hpp>
#include <stan/model/log_prob_grad.hpp>
#include <string>

// Task: path of the data, number of coordinates n, then two positions of n numbers, all on one line.
int main() {
  std::string line;
  std::getline(std::cin, line);
  std::istringstream task(line);
  std::string path;
  int n;
  task >> path >> n;
  Eigen::VectorXd positions[2] = {Eigen::VectorXd(n), Eigen::VectorXd(n)};
  for (auto& position : positions)
    for (int i = 0; i < n; ++i) task >> position[i];

  std::ifstream file(path);
  stan::json::json_data data(file);
  std::ostringstream messages;
  stan_model model(data, 1, &messages);
  if (static_cast<int>(model.num_params_r()) != n) {
    std::cout << "{\"failed\": \"the Stan model has " << model.num_params_r() << " coordinates, not " << n << "\"}\n";
    return 0;
  }
  // Without constants, as Stan's samplers do it.
  Eigen::VectorXd gradient(n);
  auto evaluate = [&](int which) {
    return stan::model::log_prob_grad<true, true>(model, positions[which], gradient, &messages);
  };
  const double first = evaluate(0);
  const double second = evaluate(1);
  std::cout.precision(17);
  std::cout << "{\"values\": [" << second - first;
  for (int i = 0; i < n; ++i) std::cout << ", " << gradient[i];
  std::cout << "]}" << std::endl;

  double sum = 0;
  while (std::getline(std::cin, line)) {
    const long times = std::stol(line.substr(4));
    const auto start = std::chrono::steady_clock::now();
    for (long i = 0; i < times; ++i) sum += evaluate(i & 1);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    std::cout << "{\"seconds\": " << taken.count() << ", \"sum\": " << (std::isfinite(sum) ? sum : 0) << "}" << std::endl;
  }
}
