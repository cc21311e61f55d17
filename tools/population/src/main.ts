#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { generateFromFigures } from './from-figures';
import { generatePopulation } from './generate';
import { revisePopulation } from './revise';

const HELP = `Makes survey files in the BMN form that fit published poverty figures.

  population --tpmap DIR --province NN [--district NNNN] --out DIR   from TPMAP's published files
  population [--district NNNN] --out DIR                            from the figures that ship with it (Surat Thani)
  population --revise DIR --share 0.02 --out DIR                    a second survey, some poor households recovered

  --names DIR    folder with family_names_th.txt, male_names_th.txt, female_names_th.txt
  --dirt RATE    share of rows with a cell written carelessly (default 0.01)
  --seed N       the same seed gives the same files (default 1)`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      tpmap: { type: 'string' },
      province: { type: 'string' },
      district: { type: 'string' },
      names: { type: 'string' },
      dirt: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string' },
      revise: { type: 'string' },
      share: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { out, district, names } = values;
  if (!out) throw new Error('--out DIR says where the files go; --help shows all options');
  const [seed, dirt] = [numberOf('seed', values.seed), numberOf('dirt', values.dirt)];
  const startedMs = performance.now();
  const report = await (async () => {
    if (values.revise)
      return revisePopulation({ from: values.revise, share: numberOf('share', values.share) ?? 0.02, seed, out });
    if (!values.tpmap) return generateFromFigures({ district, out, seed, dirt, names });
    if (!values.province) throw new Error('--province NN is needed with --tpmap');
    return generatePopulation({ tpmap: values.tpmap, province: values.province, district, out, seed, dirt, names });
  })();
  const { householdRefs: _, ...shown } = { householdRefs: undefined, ...report };
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  console.log(
    JSON.stringify({ ...shown, seconds, peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024) }, null, 2),
  );
}

function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`--${option} takes a number, not "${text}"`);
  return value;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
