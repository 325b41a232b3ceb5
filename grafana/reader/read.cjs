#!/usr/bin/env node
// Says what Grafana's own code makes of panels and of what a Prometheus answered: texts, legends, colours, links.
//
// stdin:  {"theme": "light" | "dark", "panels": [{"panel": the panel's JSON, "variables": {name: value}, "from", "to": seconds,
//         "answers": [{"refId", "type": "matrix" | "vector", "result": as Prometheus gives it}]}]}
// stdout: {"theme": colours of the page, "panels": [{"fields": [...]} or, of tables, {"columns", "rows"}]}
//
// What is ours here is only what Grafana does on its server or in its core and does not publish on npm: a series as a frame,
// which options a panel's editor registers, round numbers for an axis.  NODE_PATH leads to the packages of package.json.
const Module = require('node:module');
const path = require('node:path');

// The transformer names it, and needs none of it for what we ask; it would bring all of Grafana's interface along.
const load = Module._load;
Module._load = (name, ...rest) => (name === '@grafana/runtime' ? { getDataSourceSrv: () => undefined } : load(name, ...rest));

const grafana = require('@grafana/data');
const { transformV2 } = require(
  path.join(path.dirname(require.resolve('@grafana/prometheus/package.json')), 'dist/cjs/result_transformer.cjs'));
const { lastValueFrom } = require('rxjs');
globalThis.navigator ??= { language: 'en-US', languages: ['en-US'] };
globalThis.window ??= globalThis; // only now: what is loaded before would believe that it runs in a browser

const TIME_ZONE = 'utc';

function fieldOptions() {
  const option = (id, process, custom = false) => ({
    id, path: custom ? id.slice('custom.'.length) : id, name: id, isCustom: custom, process, settings: {}, shouldApply: () => true,
  });
  const same = grafana.identityOverrideProcessor;
  const processors = {
    unit: grafana.unitOverrideProcessor, min: grafana.numberOverrideProcessor, max: grafana.numberOverrideProcessor,
    decimals: grafana.numberOverrideProcessor, displayName: grafana.displayNameOverrideProcessor, noValue: same, color: same,
    thresholds: grafana.thresholdsOverrideProcessor, mappings: grafana.valueMappingsOverrideProcessor,
    links: grafana.dataLinksOverrideProcessor, fieldMinMax: same,
  };
  const custom = ['transform', 'axisPlacement', 'fillOpacity', 'lineStyle', 'lineWidth', 'drawStyle', 'stacking', 'hideFrom',
    'cellOptions', 'lineInterpolation', 'thresholdsStyle', 'axisSoftMin', 'axisSoftMax', 'showPoints', 'spanNulls'];
  const known = [...Object.entries(processors).map(([id, process]) => option(id, process)),
    ...custom.map((name) => option(`custom.${name}`, same, true))];
  return new grafana.Registry(() => known);
}

grafana.standardTransformersRegistry.setInit(() => [...new Set(Object.values(grafana.standardTransformers))].map((each) => (
  { id: each.id, name: each.name, transformation: () => each, editor: () => null })));
const registry = fieldOptions();

/// What Grafana's server makes of a series.
function frameOf(target, answer, series) {
  const points = series.values ?? [series.value];
  const legend = target.legendFormat ? grafana.renderLegendFormat(target.legendFormat, series.metric) : undefined;
  return grafana.createDataFrame({
    refId: target.refId, meta: { custom: { resultType: answer.type } },
    fields: [
      { name: 'Time', type: grafana.FieldType.time, config: {}, values: points.map(([when]) => when * 1000) },
      { name: 'Value', type: grafana.FieldType.number, labels: series.metric, config: { displayNameFromDS: legend },
        values: points.map(([, text]) => (text === 'NaN' ? null : Number(text))) },
    ],
  });
}

function interpolate(variables, scoped) {
  return (text, more) => String(text ?? '').replace(/\$\{([\w.:]+)\}|\$(\w+)/g, (whole, long, short) => {
    const name = long ?? short;
    const context = (more ?? scoped)?.__dataContext?.value;
    if (name.startsWith('__field.labels.')) return context?.field.labels?.[name.slice(15)] ?? '';
    const cell = /^__data\.fields\.(.+)$/.exec(name);
    if (cell && context) return context.frame.fields.find((f) => f.name === cell[1])?.values[context.rowIndex ?? 0] ?? '';
    return variables[name.split(':')[0]] ?? whole;
  });
}

/// null is how a file writes -Infinity.
function restored(config) {
  const steps = (thresholds) => thresholds?.steps?.forEach((step) => { if (step.value === null) step.value = -Infinity; });
  steps(config.defaults.thresholds);
  config.overrides.forEach((rule) => rule.properties.forEach((each) => { if (each.id === 'thresholds') steps(each.value); }));
  return config;
}

async function framesOf({ panel, answers, variables }, theme) {
  const frames = answers.flatMap((answer) => {
    const target = panel.targets.find((each) => each.refId === answer.refId);
    return answer.result.map((series) => frameOf(target, answer, series));
  });
  const told = transformV2({ data: frames }, { targets: panel.targets }, {}).data;
  const transformed = await lastValueFrom(grafana.transformDataFrame(
    panel.transformations ?? [], told, { interpolate: interpolate(variables) }));
  return grafana.applyFieldOverrides({
    data: transformed, fieldConfig: restored(panel.fieldConfig), fieldConfigRegistry: registry, theme, timeZone: TIME_ZONE,
    replaceVariables: interpolate(variables),
  });
}

const textOf = (shown) => grafana.formattedValueToString(shown).trim();
const hex = (color) => (color?.startsWith('#') ? color.toLowerCase() : color);

function stats({ panel, variables }, frames, theme) {
  const values = grafana.getFieldDisplayValues({
    data: frames, fieldConfig: panel.fieldConfig, reduceOptions: panel.options.reduceOptions, theme, timeZone: TIME_ZONE,
    replaceVariables: interpolate(variables), sparkline: panel.options.graphMode === 'area',
  });
  return values.filter(({ display }) => display.text !== undefined).map(({ display, name, view, colIndex, field, getLinks }) => ({
    name: display.title ?? name, text: textOf(display), color: hex(display.color), number: display.numeric, unit: field.unit,
    points: pointsOf(view?.dataFrame, view?.dataFrame.fields[colIndex ?? 1]),
    links: (field.links ?? []).map((link) => link.title),
  }));
}

function pointsOf(frame, field) {
  const time = frame?.fields.find((each) => each.type === grafana.FieldType.time);
  return time && field ? field.values.map((value, index) => [time.values[index] / 1000, value]) : [];
}

function numberFields(frames) {
  return frames.flatMap((frame) => frame.fields.filter((field) => field.type === grafana.FieldType.number)
    .map((field) => ({ frame, field })));
}

function seriesColor(field, theme) {
  const mode = grafana.getFieldColorModeForField(field);
  return hex(mode.getCalculator(field, theme)(field.values[field.values.length - 1] ?? 0, 1));
}

function lines({ panel }, frames, theme) {
  return numberFields(frames).filter(({ field }) => !field.config.custom?.hideFrom?.viz).map(({ frame, field }) => ({
    name: grafana.getFieldDisplayName(field, frame, frames), unit: field.config.unit, color: seriesColor(field, theme),
    calcs: Object.fromEntries((panel.options.legend?.calcs ?? []).map((calc) => [
      grafana.fieldReducers.get(calc).name, textOf(field.display(grafana.reduceField({ field, reducers: [calc] })[calc]))])),
    custom: field.config.custom ?? {}, points: pointsOf(frame, field),
    thresholds: (field.config.thresholds?.steps ?? []).map((step) => [
      Number.isFinite(step.value) ? step.value : null, hex(theme.visualization.getColorByName(step.color))]),
  }));
}

function runs(frames, theme) {
  return numberFields(frames).map(({ frame, field }) => ({
    name: grafana.getFieldDisplayName(field, frame, frames),
    points: pointsOf(frame, field).map(([when, value]) => {
      const shown = field.display(value);
      return [when, value, textOf(shown), hex(shown.color)];
    }),
  }));
}

function table(frames) {
  const [frame] = frames;
  if (!frame?.length) return { columns: [], rows: [] };
  const seen = frame.fields.filter((field) => !(field.config.custom?.hidden || field.config.custom?.hideFrom?.viz));
  return {
    columns: seen.map((field) => grafana.getFieldDisplayName(field, frame, frames)),
    rows: Array.from({ length: frame.length }, (_, row) => seen.map((field) => {
      const shown = field.display(field.values[row]);
      const colored = field.config.custom?.cellOptions?.type?.startsWith('color');
      return { text: textOf(shown), ...(colored && { color: hex(shown.color) }) };
    })),
  };
}

/// Round numbers over what the lines of one unit reach, with Grafana's text of each.
function axes(series, frames, panel) {
  const found = {};
  for (const { field } of numberFields(frames)) {
    const { unit = '' } = field.config;
    const sign = field.config.custom?.transform === 'negative-Y' ? -1 : 1;
    const axis = (found[unit] ??= { low: Infinity, high: -Infinity, field, right: field.config.custom?.axisPlacement === 'right' });
    axis.mirrored ||= sign < 0;
    for (const value of field.values) {
      if (!Number.isFinite(value)) continue;
      axis.low = Math.min(axis.low, sign * value);
      axis.high = Math.max(axis.high, sign * value);
    }
    axis.low = Math.min(axis.low, ...[field.config.min, field.config.custom?.axisSoftMin].filter(Number.isFinite));
    axis.high = Math.max(axis.high, ...[field.config.max, field.config.custom?.axisSoftMax].filter(Number.isFinite));
  }
  if (panel.fieldConfig.defaults.custom?.stacking?.mode === 'normal') stacked(found, frames);
  return Object.entries(found).filter(([, axis]) => axis.low <= axis.high).map(([unit, axis]) => {
    const span = axis.high - axis.low || Math.abs(axis.high) || 1;
    const power = 10 ** Math.floor(Math.log10(span / 4));
    const step = unit === 'bytes' ? 2 ** Math.ceil(Math.log2(span / 5)) // they are counted in KiB and MiB
      : [1, 2, 5, 10].map((factor) => factor * power).find((size) => span / size <= 5);
    const ticks = [];
    const first = Math.floor(axis.low / step) * step;
    for (let tick = first; tick <= Math.max(axis.high + step * 0.999, first + step); tick += step) {
      const rounded = Number(tick.toPrecision(12));
      const mirrored = axis.low < 0 && axis.high > 0 && axis.mirrored;
      ticks.push([rounded, textOf(axis.field.display(mirrored ? Math.abs(rounded) : rounded))]);
    }
    return { unit, right: axis.right, ticks };
  });
}

function stacked(found, frames) {
  const sums = new Map();
  for (const { frame, field } of numberFields(frames)) {
    for (const [when, value] of pointsOf(frame, field)) sums.set(when, (sums.get(when) ?? 0) + (value ?? 0));
  }
  for (const axis of Object.values(found)) {
    axis.low = Math.min(0, axis.low);
    axis.high = Math.max(axis.high, ...sums.values());
  }
}

async function read(question, theme) {
  const frames = await framesOf(question, theme);
  const { type } = question.panel;
  if (type === 'table') return table(frames);
  if (type === 'state-timeline') return { fields: runs(frames, theme) };
  if (type === 'stat' || type === 'bargauge') return { fields: frames.length ? stats(question, frames, theme) : [] };
  const series = lines(question, frames, theme);
  return { fields: series, axes: axes(series, frames, question.panel) };
}

function page(theme) {
  const { background, text, border } = theme.colors;
  return { canvas: background.canvas, panel: background.primary, text: text.primary, quiet: text.secondary, link: text.link,
    border: border.weak };
}

async function main() {
  let input = '';
  for await (const chunk of process.stdin) input += chunk;
  const { theme: mode, panels } = JSON.parse(input);
  const theme = grafana.createTheme({ colors: { mode } });
  const read_ones = [];
  for (const question of panels) read_ones.push(await read(question, theme));
  process.stdout.write(JSON.stringify({ theme: page(theme), panels: read_ones }));
}

main();
