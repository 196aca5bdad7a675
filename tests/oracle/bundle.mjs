// SPDX-License-Identifier: GPL-2.0-or-later
// DevTools are published as TypeScript: makes devtools.bundle.mjs of devtools.mjs and what it needs of them.
import {build} from 'esbuild';

// A file that DevTools' own build makes: the languages of its window.
const LOCALES = `
export const LOCALES = ['en-US'], BUNDLED_LOCALES = ['en-US'], DEFAULT_LOCALE = 'en-US';
export const REMOTE_FETCH_PATTERN = '', LOCAL_FETCH_PATTERN = '';`;

const locales = {
  name: 'locales',
  setup(bundler) {
    bundler.onResolve({filter: /^\.\/locales\.js$/}, () => ({path: 'locales', namespace: 'made'}));
    bundler.onLoad({filter: /.*/, namespace: 'made'}, () => ({contents: LOCALES}));
  },
};

// DevTools rely on newer JavaScript than Node.js 18 and 20 have.
const WITH_RESOLVERS = `Promise.withResolvers ??= function () {
  const made = {};
  made.promise = new this((resolve, reject) => Object.assign(made, {resolve, reject}));
  return made;
};`;

await build({
  entryPoints: ['devtools.mjs'],
  outfile: 'devtools.bundle.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  banner: {js: WITH_RESOLVERS},
  plugins: [locales],
  tsconfigRaw: {},
  logLevel: 'error',
});
