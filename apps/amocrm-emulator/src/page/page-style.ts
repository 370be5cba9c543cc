/** Light and dark follow the system; no outside fonts or images. */
export const PAGE_STYLE = `
:root {
  --bg: #f4f5f7; --panel: #fff; --line: #e3e6ea; --text: #1f2733; --muted: #6b7684; --accent: #2f6fde;
  --good: #17834a; --good-bg: #e4f5ec; --bad: #c23636; --bad-bg: #fdeaea; --warn: #96650a; --warn-bg: #fdf2dc; --chip: #eef1f5; --on-accent: #fff; --off: #b6bec9;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #14171c; --panel: #1d2128; --line: #2e343e; --text: #e4e8ee; --muted: #919cab; --accent: #7daaff;
    --good: #5fcf92; --good-bg: #173526; --bad: #ff8b8b; --bad-bg: #422022; --warn: #efc067; --warn-bg: #3c2f16; --chip: #2a303a; --on-accent: #10151d; --off: #4a5361;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text); font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1, h2, h3, p, ol, ul { margin: 0; padding: 0; }
ol, ul { list-style: none; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
.muted { color: var(--muted); font-weight: 400; }
.top { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; align-items: center; gap: 8px 28px; padding: 10px 24px 8px; background: var(--panel); border-bottom: 1px solid var(--line); }
.brand h1 { font-size: 17px; line-height: 1.25; }
.brand p { font-size: 12px; color: var(--muted); }
.tabs { display: flex; flex-wrap: wrap; gap: 4px; order: 1; flex-basis: 100%; margin: 0 -12px; }
.tabs button { font: inherit; white-space: nowrap; color: var(--muted); background: none; border: 0; border-radius: 8px; padding: 7px 12px; cursor: pointer; }
.tabs button:hover { background: var(--chip); }
.tabs button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.tabs button[aria-current] { color: var(--text); background: var(--chip); font-weight: 600; }
.tabs b.bad { color: var(--bad); }
.tabs b { margin-left: 1px; font-weight: 600; color: var(--accent); font-variant-numeric: tabular-nums; }
.state { margin-left: auto; display: flex; align-items: center; gap: 16px; font-size: 13px; }
.state nav { display: flex; gap: 12px; }
.state nav a[aria-current] { color: var(--text); font-weight: 600; }
#health { padding: 3px 10px; border-radius: 99px; background: var(--good-bg); color: var(--good); }
#health.bad { background: var(--bad-bg); color: var(--bad); }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 372px; gap: 20px; padding: 20px 24px 40px; max-width: 1680px; margin: 0 auto; align-items: start; }
main h2, aside > h2 { font-size: 15px; margin: 0 0 12px; }
main > * + h2, main > * + div > h2 { margin-top: 28px; }
.cards { columns: 2 380px; column-gap: 16px; }
.cards .card { break-inside: avoid; margin-bottom: 16px; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.card > header { padding: 14px 16px 12px; }
.card h3 { font-size: 15px; line-height: 1.35; overflow-wrap: anywhere; }
.card .phone { font-size: 14px; font-variant-numeric: tabular-nums; }
.facts { display: flex; flex-wrap: wrap; gap: 2px 5px; margin-top: 2px; font-size: 13px; color: var(--muted); }
/* A dot between facts, not before the first. */
.facts span + span::before { content: '·'; margin-right: 5px; }
.feed small > span { white-space: nowrap; }
.tags { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 8px; }
.tag { padding: 1px 8px; border-radius: 99px; background: var(--chip); font-size: 12px; font-variant-numeric: tabular-nums; }
.field { font-size: 12px; color: var(--muted); margin-top: 6px; overflow-wrap: anywhere; }
.feed li { display: grid; grid-template-columns: 28px minmax(0, 1fr) auto; gap: 2px 10px; padding: 10px 16px; border-top: 1px solid var(--line); }
.feed .what { overflow-wrap: anywhere; }
.feed .what small { display: block; color: var(--muted); font-size: 12.5px; }
.feed time { font-size: 12px; color: var(--muted); white-space: nowrap; padding-top: 1px; }
.icon { width: 26px; height: 26px; border-radius: 50%; display: grid; place-items: center; background: var(--chip); color: var(--muted); }
.icon svg { width: 15px; height: 15px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.icon.good { background: var(--good-bg); color: var(--good); }
.icon.bad { background: var(--bad-bg); color: var(--bad); }
.icon.warn { background: var(--warn-bg); color: var(--warn); }
.stage { display: inline-block; padding: 0 8px; border-radius: 6px; background: var(--stage, var(--chip)); color: #222; font-size: 12px; }
.board { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(190px, 1fr); gap: 10px; overflow-x: auto; padding-bottom: 6px; }
.lane > h3 { font-size: 12.5px; font-weight: 600; padding: 0 2px 7px; border-bottom: 3px solid var(--stage, var(--line)); margin-bottom: 10px; display: flex; justify-content: space-between; gap: 8px; white-space: nowrap; }
.lane > h3 span:first-child { overflow: hidden; text-overflow: ellipsis; }
.lane .card { padding: 10px 12px; margin-bottom: 8px; border-radius: 10px; }
.lane .card h3 { font-size: 14px; }
.wanted { outline: 2px solid var(--accent); outline-offset: 2px; }
.secret { display: block; font-family: ui-monospace, monospace; font-size: 12px; color: var(--muted); overflow-wrap: anywhere; }
.empty { padding: 36px 20px; text-align: center; color: var(--muted); background: var(--panel); border: 1px dashed var(--line); border-radius: 12px; }
aside { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 16px 0 6px; position: sticky; top: 112px; }
aside > h2 { padding: 0 16px; }
.log { max-height: calc(100vh - 190px); overflow-y: auto; font-size: 12.5px; }
.log li { border-top: 1px solid var(--line); }
.log .nothing { padding: 10px 16px; }
.log summary { display: grid; grid-template-columns: 44px 46px minmax(0, 1fr) auto; gap: 0 6px; padding: 5px 16px; align-items: baseline; cursor: pointer; list-style: none; }
.log summary::-webkit-details-marker { display: none; }
.log summary:hover { background: var(--chip); }
.facts-table { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 12px; margin: 0; padding: 4px 16px 10px; font-size: 12px; }
.facts-table dt { color: var(--muted); }
.facts-table dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
.only { float: right; font-size: 12px; font-weight: 400; color: var(--muted); display: flex; align-items: center; gap: 5px; cursor: pointer; }
.only input { margin: 0; }
.log .path { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: 12px; overflow-wrap: break-word; }
.log time { color: var(--muted); font-variant-numeric: tabular-nums; font-size: 11.5px; }
.log .method { color: var(--muted); font-size: 11px; font-weight: 600; }
.log .fault { grid-column: 3 / -1; color: var(--bad); }
.code { font-weight: 600; font-variant-numeric: tabular-nums; color: var(--good); }
.code.warn { color: var(--warn); }
.code.bad { color: var(--bad); }
.actions { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
footer.actions { padding: 12px 16px 14px; border-top: 1px solid var(--line); }
.feed .actions { margin-top: 6px; }
.button { font: inherit; font-size: 13px; color: var(--text); background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 5px 12px; cursor: pointer; }
.button:hover { border-color: var(--accent); }
.button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
.feed .button { padding: 1px 10px; font-size: 12px; }
button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
input[type=text], input[type=number], select { font: inherit; font-size: 13px; color: var(--text); background: var(--bg); border: 1px solid var(--line); border-radius: 8px; padding: 5px 8px; max-width: 100%; }
input[type=number] { width: 110px; }
[aria-invalid] { border-color: var(--bad) !important; }
.switch { appearance: none; flex: none; width: 36px; height: 21px; margin: 0; border-radius: 99px; background: var(--off); position: relative; cursor: pointer; transition: background .15s; }
.switch::after { content: ''; position: absolute; top: 3px; left: 3px; width: 15px; height: 15px; border-radius: 50%; background: #fff; transition: left .15s; }
.switch:checked { background: var(--good); }
.switch:checked::after { left: 18px; }
.player { display: flex; align-items: center; gap: 9px; max-width: 330px; margin-top: 6px; font-size: 12px; font-variant-numeric: tabular-nums; }
.play { flex: none; width: 24px; height: 24px; border-radius: 50%; display: grid; place-items: center; padding-left: 2px; background: var(--accent); color: var(--on-accent); font-size: 10px; }
.play:hover { text-decoration: none; opacity: .85; }
.track { flex: 1; height: 4px; border-radius: 2px; background: var(--line); }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; margin-bottom: 14px; }
.panel > * + * { border-top: 1px solid var(--line); }
.line { display: flex; align-items: center; justify-content: space-between; flex-wrap: wrap; gap: 6px 14px; padding: 10px 16px; }
.line .add { flex: 1; }
.line code { font-size: 11.5px; }
.line.changed { box-shadow: inset 3px 0 var(--accent); }
.hint { color: var(--muted); font-size: 13px; margin: -6px 0 12px; max-width: 75ch; }
.stops { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 10px; margin-bottom: 8px; }
.stop { font: inherit; text-align: left; color: var(--text); background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 10px 14px; cursor: pointer; display: grid; gap: 2px; align-content: start; }
.stop small { color: var(--muted); font-size: 12px; line-height: 1.35; }
.stop:hover { border-color: var(--accent); }
.stop[aria-pressed=true] { background: var(--bad-bg); border-color: var(--bad); }
.stop[aria-pressed=true] b { color: var(--bad); }
.fault-row { padding: 12px 16px; display: grid; grid-template-columns: 250px minmax(0, 1fr); gap: 10px; align-items: start; }
.fault-head { display: flex; gap: 12px; align-items: flex-start; }
.fault-head h3 { font-size: 14px; }
.fired { font-size: 12px; font-weight: 400; color: var(--bad); }
.fields { display: flex; flex-wrap: wrap; gap: 8px 12px; }
.field-of { display: grid; gap: 2px; font-size: 12px; color: var(--muted); }
.field-of input[type=number] { width: 92px; }
.deal summary { cursor: pointer; list-style: none; }
.deal summary::-webkit-details-marker { display: none; }
.deal .line { padding: 8px 0; font-size: 12.5px; color: var(--muted); justify-content: flex-start; }
.deal .feed li { padding: 8px 0; grid-template-columns: 26px minmax(0, 1fr); }
.deal .feed time { grid-column: 2; }
.deal .feed small > span { white-space: normal; }
.icon.accent { background: var(--chip); color: var(--accent); }
.finding { padding: 12px 16px; }
.finding.panel > * + * { border-top: 0; }
.finding h3 { font-size: 14px; }
.finding .hint { margin: 2px 0 0; }
.cases { margin-top: 8px; font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: 12px; display: grid; gap: 3px; overflow-wrap: anywhere; }
.badge { display: inline-block; min-width: 22px; padding: 0 7px; border-radius: 99px; text-align: center; font-size: 12px; background: var(--good-bg); color: var(--good); }
.badge.bad { background: var(--bad-bg); color: var(--bad); }
.message { padding: 9px 16px; border-radius: 10px; background: var(--text); color: var(--panel); box-shadow: 0 4px 18px #0004; }
.message.bad { background: var(--bad); color: var(--on-accent); }
#messages { position: fixed; left: 50%; bottom: 22px; transform: translateX(-50%); z-index: 2; font-size: 13.5px; max-width: calc(100vw - 32px); }
@media (max-width: 1080px) { .columns { grid-template-columns: minmax(0, 1fr); padding: 16px; } aside { position: static; } .log { max-height: 420px; } .top { padding: 10px 16px; } }
@media (max-width: 760px) { .fault-row { grid-template-columns: minmax(0, 1fr); } }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;
