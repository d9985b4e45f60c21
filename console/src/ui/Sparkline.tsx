/** A line over equal steps of time, newest at the right; the area below is filled. */
export function Sparkline({ values, label, tone = 'accent', height = 56 }:
  { values: number[]; label: string; tone?: 'accent' | 'warn' | 'good'; height?: number }) {
  const width = 240;
  const top = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  const points = values.map((v, i) => `${(i * step).toFixed(1)},${(height - 4 - (v / top) * (height - 8)).toFixed(1)}`);
  return (
    <svg className={`spark ${tone}`} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img"
      aria-label={`${label}: now ${values.at(-1) ?? 0}, highest ${top}`}>
      {values.length > 1 && <>
        <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} />
        <polyline points={points.join(' ')} />
      </>}
    </svg>
  );
}
