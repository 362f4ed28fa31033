data {
  int<lower=1> N;
  int<lower=1> K;
  vector[N] Y;
  matrix[N, K] X;
}
parameters {
  vector[K] b;
  real Intercept;
  real<lower=0> sigma;
}
model {
  b ~ normal(0, 1);
  Intercept ~ student_t(3, 8, 10);
  sigma ~ student_t(3, 0, 10);
  Y ~ normal_id_glm(X, Intercept, b, sigma);
}
