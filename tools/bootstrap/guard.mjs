// Imported before anything else: names the problem where this Node cannot even run the bootstrap.
const [major] = process.versions.node.split('.').map(Number);
if (major < 18) {
  console.error(
    `Faemban needs Node.js 18 or newer to start, 24.9 or newer to run; this is ${process.versions.node}.\n` +
      'On Linux x64 the right version is then fetched by itself; elsewhere install Node.js 24 from https://nodejs.org.',
  );
  process.exit(1);
}
