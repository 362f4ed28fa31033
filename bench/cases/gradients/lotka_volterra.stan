// The same steps of the fourth-order Runge-Kutta method as the other systems, so that the work is the same.
functions {
  vector slope(vector z, array[] real r) {
    return [(r[1] - r[2] * z[2]) * z[1], (-r[3] + r[4] * z[1]) * z[2]]';
  }
}
data {
  int<lower=0> N;
  array[2] real y_init;
  array[N, 2] real<lower=0> y;
}
parameters {
  array[4] real<lower=0> theta;
  array[2] real<lower=0> sigma;
  vector<lower=0>[2] z_init;
}
model {
  real h = 1.0 / 20;
  vector[2] z = z_init;
  theta[{1, 3}] ~ normal(1, 0.5);
  theta[{2, 4}] ~ normal(0.05, 0.05);
  sigma ~ lognormal(-1, 1);
  z_init ~ lognormal(log(10), 1);
  for (k in 1:2) y_init[k] ~ lognormal(log(z_init[k]), sigma[k]);
  for (n in 1:N) {
    for (i in 1:20) {
      vector[2] k1 = slope(z, theta);
      vector[2] k2 = slope(z + h / 2 * k1, theta);
      vector[2] k3 = slope(z + h / 2 * k2, theta);
      vector[2] k4 = slope(z + h * k3, theta);
      z += h / 6 * (k1 + 2 * (k2 + k3) + k4);
    }
    for (k in 1:2) y[n, k] ~ lognormal(log(z[k]), sigma[k]);
  }
}
