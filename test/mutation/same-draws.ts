import fc from 'fast-check'

// A draw that fails without any change would count as noticing one. Most changes fail within the first draws.
fc.configureGlobal({ seed: 1, interruptAfterTimeLimit: 300, markInterruptAsFailure: false })
