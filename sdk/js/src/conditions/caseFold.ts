// Lower case, code unit by code unit, of Unicode 16 on every platform. Runs are "gap.more[/].difference" in base 36: from the
// end of the run before, so many more units (with "/" every second one), and what to add. A test holds them to .NET's.
const runs = `
1t.p.w 2u.m.w 2.6.w y.n/.1 4.2/.1 3.7/.1 3.m/.1 2.0.-3d 1.2/.1 4.0.5u 1.1/.1 2.0.5q 1.0.1 2.1.5p 1.0.1 3.0.27 1.0.5m
1.0.5n 1.0.1 2.0.5p 1.0.5r 2.0.5v 1.0.5t 1.0.1 4.0.5v 1.0.5x 2.0.5y 1.2/.1 2.0.62 1.0.1 2.0.62 3.0.1 2.0.62 1.0.1
2.1.61 1.1/.1 2.0.63 1.0.1 4.0.1 8.0.2 1.0.1 2.0.2 1.0.1 2.0.2 1.8/.1 3.8/.1 3.0.2 1.1/.1 2.0.-2p 1.0.-1k 1.j/.1
2.0.-3m 2.8/.1 8.0.8bv 1.0.1 2.0.-4j 1.0.8bs 3.0.1 2.0.-5f 1.0.1x 1.0.1z 1.4/.1 82.1/.1 4.0.1 9.0.38 7.0.12 2.2.11
2.0.1s 2.1.1r 2.g.w 2.8.w 10.0.8 9.b/.1 6.0.-1o 3.0.1 2.0.-7 1.0.1 3.2.-3m 1.f.28 1.v.w 1d.g/.1 a.q/.1 2.0.f 1.6/.1
3.1b/.1 3.11.1c 28a.11.5ls 2.0.5ls 6.0.5ls k3.27.tzk 1.5.8 1p0.0.1 7.16.-2bk 3.2.-2bk 8x.22/.1 a.0.-5vj 2.1b/.1 a.7.-8
9.5.-8 b.7.-8 9.7.-8 9.5.-8 c.3/.-8 9.7.-8 p.7.-8 9.7.-8 9.7.-8 9.1.-8 1.1.-22 1.0.-9 c.3.-2e 1.0.-9 c.1.-8 1.1.-2s
d.1.-8 1.1.-34 1.0.-7 c.1.-3k 1.1.-3i 1.0.-9 8a.0.-5st 4.0.-6gv 1.0.-6di 7.0.s 1a.f.g k.0.1 mr.p.q 1f5.1b.1c 1d.0.1
2.0.-8af 1.0.-2xy 1.0.-89z 3.2/.1 2.0.-8bg 1.0.-8al 1.0.-8bj 1.0.-8bi 2.0.1 3.0.1 9.1.-8cf 1.1d/.1 9.1/.1 5.0.1
nym.m/.1 k.d/.1 3s.6/.1 4.u/.1 b.1/.1 2.0.-r9g 1.4/.1 5.0.1 2.0.-wmg 3.1/.1 4.9/.1 2.0.-wn8 1.0.-wnj 1.0.-wnf 1.0.-wn5
1.0.-wn8 2.0.-wlu 1.0.-wmi 1.0.-wlx 1.0.ps 1.7/.1 2.0.-1c 1.0.-wn7 1.0.-raw 1.1/.1 2.0.-wo7 1.0.1 4.0.1 6.2/.1
2.0.-wu9 p.0.1 h7w.p.w`;

let table: Uint16Array | undefined;

function read(): Uint16Array {
  const units = Uint16Array.from({ length: 65536 }, (_, i) => i);
  let c = 0;
  for (const run of runs.trim().split(/\s/)) {
    const [gap, more, difference] = run.split('.').map(part => parseInt(part, 36)) as [number, number, number];
    const step = run.includes('/') ? 2 : 1;
    c += gap;
    for (let n = 0; n <= more; n++) units[c + n * step] = c + n * step + difference;
    c += more * step;
  }
  return units;
}

export function lowerCase(text: string): string {
  table ??= read();
  let lower = '';
  for (let i = 0; i < text.length; i++) lower += String.fromCharCode(table[text.charCodeAt(i)]!);
  return lower;
}
