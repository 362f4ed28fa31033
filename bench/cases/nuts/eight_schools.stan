data {
  int<lower=1> J;
  vector[J] y;
  vector<lower=0>[J] sigma;
}
parameters {
  real mu_;
  real<lower=0> tau_;
  vector[J] z;
}
transformed parameters {
  real mu = mu_;
  real tau = tau_;
  vector[J] theta = mu + tau * z;
}
model {
  mu_ ~ normal(0, 5);
  tau_ ~ cauchy(0, 5);
  z ~ std_normal();
  y ~ normal(theta, sigma);
}
