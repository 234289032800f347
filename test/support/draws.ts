import fc from 'fast-check'

// A change should be refused for what it does. `npm run test:long` draws other lives, files and answers each time.
if (!process.env.LONG) fc.configureGlobal({ seed: 20_261_130 })
