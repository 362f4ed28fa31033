// NUTS by Stan as a contender: `run N` draws four chains N times and answers with the seconds of warm-up and sampling together,
// those of sampling alone, and the file that holds the draws. The model's C++ is included in front of this file.
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stan/callbacks/interrupt.hpp>
#include <stan/callbacks/logger.hpp>
#include <stan/callbacks/structured_writer.hpp>
#include <stan/callbacks/writer.hpp>
#include <stan/io/empty_var_context.hpp>
#include <stan/io/json/json_data.hpp>
#include <stan/services/sample/hmc_nuts_diag_e_adapt.hpp>
#include <string>
#include <vector>

using Clock = std::chrono::steady_clock;

static double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Keeps the last `wanted` of every draw's numbers: the transformed parameters; notes when the first draw came.
struct Draws : stan::callbacks::writer {
  std::vector<double> values;
  Clock::time_point first;
  std::size_t wanted = 0;
  void operator()(const std::vector<std::string>&) override {}
  void operator()() override {}
  void operator()(const std::string&) override {}
  void operator()(const std::vector<double>& state) override {
    if (values.empty()) first = Clock::now();
    values.insert(values.end(), state.end() - wanted, state.end());
  }
};

// Task: path of the data, path for the draws, numbers kept of each draw, chains, warm-up, draws.
int main() {
  std::string line, data_path, draws_path;
  std::getline(std::cin, line);
  std::istringstream task(line);
  std::size_t wanted;
  int chains, warmup, draws;
  task >> data_path >> draws_path >> wanted >> chains >> warmup >> draws;
  std::ifstream file(data_path);
  stan::json::json_data data(file);
  std::ostringstream messages;
  stan_model model(data, 1, &messages);
  std::cout.precision(17);
  std::cout << "{\"values\": []}" << std::endl;

  stan::io::empty_var_context anywhere;
  stan::callbacks::interrupt interrupt;
  stan::callbacks::logger logger;
  stan::callbacks::writer nothing;
  stan::callbacks::structured_writer no_structure;
  unsigned seed = 0;
  while (std::getline(std::cin, line)) {
    const long times = std::stol(line.substr(4));
    const auto start = Clock::now();
    double sampling = 0;
    std::vector<double> all;
    for (long i = 0; i < times; ++i) {
      all.clear();
      ++seed;
      for (int chain = 1; chain <= chains; ++chain) {
        Draws kept;
        kept.wanted = wanted;
        const std::vector<double> ones(model.num_params_r(), 1.0);
        auto unit = stan::services::util::create_unit_e_diag_inv_metric(model.num_params_r());
        stan::services::sample::hmc_nuts_diag_e_adapt(model, anywhere, unit, seed, chain, 2, warmup, draws, 1, false, 0, 1, 0,
                                                      10, 0.8, 0.05, 0.75, 10, 75, 50, 25, interrupt, logger, nothing, kept,
                                                      nothing, no_structure);
        sampling += since(kept.first);
        all.insert(all.end(), kept.values.begin(), kept.values.end());
      }
    }
    const double seconds = since(start);
    std::ofstream out(draws_path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(all.data()), all.size() * sizeof(double));
    out.close();
    std::cout << "{\"seconds\": " << seconds << ", \"sampling\": " << sampling / times << "}" << std::endl;
  }
}
