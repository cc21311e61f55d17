// Read by mongosh as the health check of a replica set of one: makes the set the first time, then asks whether this server is its primary.
const notYetMade = 94;
try {
  rs.status();
} catch (error) {
  if (error.code !== notYetMade) throw error;
  rs.initiate({ _id: 'faemban', members: [{ _id: 0, host: 'mongodb:27017' }] });
}
if (!db.hello().isWritablePrimary) {
  print('This server is not the primary of its replica set yet.');
  quit(1);
}
