import { MongoRefused } from '../failures';
import { openDatabase } from './open-database';
import { requirePromisedOptions } from './promised-options';

const urlWith = (options: string) => `mongodb://someone:a-secret@mongo-0:27017/?replicaSet=faemban${options}`;

describe('the URL of a database', () => {
  test.each(['&journal=false', '&J=false', '&fsync=false', '&readConcernLevel=local', '&readConcernLevel=available'])(
    'with %s is refused before any server is asked, in words that name it, say what to write and hold no secret',
    async (option) => {
      const refused = await openDatabase({ url: urlWith(option), database: 'faemban-none' }).catch((error) => error);
      expect(refused).toBeInstanceOf(MongoRefused);
      expect(refused.message).toContain(option.slice(1));
      expect(refused.message).toContain('readConcernLevel=majority');
      expect(refused.message).not.toContain('a-secret');
    },
  );

  test.each(['', '&w=1', '&journal=true&readConcernLevel=majority', '&readPreference=nearest', '&wtimeoutMS=100'])(
    'with "%s" is taken, since everything is acknowledged and read as promised all the same',
    (options) => expect(() => requirePromisedOptions(urlWith(options))).not.toThrow(),
  );
});
