/** Numbers for people. */

/** With `decimals` digits after the point; powers of ten beyond 10⁷ and below what the digits could show. "-" for none. */
export function formatNumber(value: number, decimals: number): string {
  if (Number.isNaN(value)) return "-";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e7 || (magnitude > 0 && decimals >= mostDecimals && magnitude < 10 ** -mostDecimals)) {
    return value.toExponential(2);
  }
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

const mostDecimals = 6;

/** Decimals that show a spread of `sd` with three digits: 2 for 3.14, 1 for 31.4. */
export function decimalsFor(sd: number): number {
  if (!(sd > 0) || !Number.isFinite(sd)) return 2;
  return Math.min(mostDecimals, Math.max(0, 2 - Math.floor(Math.log10(sd))));
}

/** "0.42 s", "12 s", "3 min 05 s", "2 h 07 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}
