data {
  int<lower=0> N;
  array[N] int<lower=0, upper=1> switched;
  vector[N] dist;
}
transformed data {
  vector[N] dist100 = dist / 100;
}
parameters {
  real alpha;
  real beta;
}
model {
  switched ~ bernoulli_logit(alpha + beta * dist100);
}
