// Required before a member's own module: whoever started the process may be killed, and nothing must stay behind.
process.on('disconnect', () => process.exit(1));
