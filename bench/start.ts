/** `npm run bench`, and `npm run bench -- --million` for the benchmark of that name. */
const isMillion = process.argv.some((one) => one.startsWith('--million'))
await import(isMillion ? './million.ts' : './run.ts')
