/** The page's whole look; light and dark follow the system. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #f6f5f2; --card: #fff; --ink: #1c1f26; --soft: #6c7280;
	--line: #e4e2dc; --accent: #5b4bdb; --good: #1d8a57; --part: #b7791f; --bad: #c63d3d; --busy: #2b6cd4; }
@media (prefers-color-scheme: dark) { :root { --ground: #14161b; --card: #1d2027; --ink: #eceef3;
	--soft: #979eae; --line: #2c303a; --accent: #9d91ff; --good: #4cc38a; --part: #e0a84e;
	--bad: #f07a7a; --busy: #76a9ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
	font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
header, main { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 36px; display: flex; gap: 24px; justify-content: space-between; flex-wrap: wrap;
	align-items: end; }
h1 { margin: 0; font-size: 28px; letter-spacing: -0.02em; }
header p { margin: 2px 0 0; color: var(--soft); }
h2 { margin: 40px 0 12px; font-size: 17px; display: flex; gap: 10px; align-items: baseline; }
h2 small { color: var(--soft); font-weight: 400; font-size: 14px; }
code, .mono { font: 13px/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
dl.facts { display: grid; grid-template-columns: auto auto; gap: 2px 14px; margin: 0; font-size: 13px; }
dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; }
.apps { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(255px, 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
.card h3 { margin: 0; font-size: 15px; display: flex; justify-content: space-between; gap: 8px; }
.card h3 span { color: var(--accent); font-weight: 600; white-space: nowrap; }
.card .id { color: var(--soft); }
.inputs { list-style: none; margin: 8px 0 0; padding: 0; font-size: 13.5px; }
.inputs li { display: flex; justify-content: space-between; gap: 10px; padding: 2px 0; }
.inputs em { color: var(--soft); font-style: normal; text-align: right; }
.inputs b { color: var(--bad); font-weight: 600; }
.none { color: var(--soft); }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line);
	border-radius: 12px; border-spacing: 0; overflow: hidden; font-size: 14px; }
.scroll { overflow-x: auto; border-radius: 12px; }
th { text-align: left; font-weight: 500; color: var(--soft); font-size: 13px; }
th, td { padding: 8px 14px; border-bottom: 1px solid var(--line); vertical-align: middle; }
tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.time { width: 1%; white-space: nowrap; color: var(--soft); font-variant-numeric: tabular-nums; }
.note { color: var(--soft); font-size: 13px; }
.pill { display: inline-block; padding: 1px 10px; border-radius: 99px; font-size: 12.5px; white-space: nowrap;
	color: var(--tone); background: color-mix(in srgb, var(--tone) 14%, transparent); }
.good { --tone: var(--good); } .part { --tone: var(--part); } .bad { --tone: var(--bad); }
.busy { --tone: var(--busy); } .odd { --tone: var(--accent); }
.bar { height: 4px; width: 96px; border-radius: 9px; margin-top: 6px; background: var(--line); overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--busy); }
.files { display: flex; gap: 8px; flex-wrap: wrap; align-items: center; }
.files a { display: block; line-height: 0; border-radius: 8px; overflow: hidden; border: 1px solid var(--line); }
.files img, .files video { height: 84px; width: auto; max-width: 150px; display: block; }
.files audio { height: 34px; width: 190px; }

.gallery .file { display: grid; place-items: center; height: 84px; padding: 0 18px; color: var(--soft); line-height: 1.4; }
footer { color: var(--soft); font-size: 13px; padding: 28px 0 48px; }
`;
