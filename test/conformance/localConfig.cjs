const base = process.env.BASE_URL || 'https://localhost:3999'
const id = process.env.CONFORMANCE_ISSUER
const tags = ['vc2.0', 'eddsa-rdfc-2022', 'BitstringStatusList', 'VC-API', 'localhost']
const supports = { vc: ['1.1', '2.0'] }

module.exports = {
  settings: { enableInteropTests: false, testAllImplementations: false },
  implementations: [
    {
      name: 'Safe Harbor Training',
      implementation: 'Safe Harbor Training',
      issuers: [
        {
          id,
          endpoint: `${base}/credentials/issue`,
          tags,
          supports,
          options: { credentialStatus: process.env.WITH_STATUS === 'yes' },
        },
      ],
      verifiers: [
        {
          id,
          endpoint: `${base}/credentials/verify`,
          tags,
          supports,
          options: { checks: ['proof', 'credentialStatus'] },
        },
      ],
      vpVerifiers: [{ id, endpoint: `${base}/presentations/verify`, tags }],
    },
  ],
}
