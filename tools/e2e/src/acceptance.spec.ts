import { accept } from '@faemban/acceptance';
import { describeWhere, testDataDir } from '@faemban/fixtures';
import { sourceOf } from '@faemban/native-servers';

const tpmap = testDataDir('tpmap-2561');

describeWhere(tpmap !== undefined, 'TPMAP published files (FAEMBAN_TEST_DATA)')(
  'a district through the whole system',
  () => {
    test('gives back every published figure, follows a changed survey, still knows what it knew, comes back after everything is undone, and the same again from copies', async () => {
      const report = await accept({ tpmap: tpmap ?? '', province: '84', district: '8417', undo: true, visible: false });
      expect(report.firstDifferences).toEqual([]);
      expect(report).toMatchObject({ files: 96, differences: 0, changed: { differences: 0, asKnownBefore: 0 } });
      expect(report.undo).toEqual({
        ...{ correctionUndone: 0, asKnownBeforeUndo: 0, figuresLeft: 0, asKnownBeforeAll: 0, importedAgain: 0 },
      });
      expect(report.cells).toBeGreaterThan(90_000);
      expect(report.changed.cellsThatMoved).toBeGreaterThan(100);
      expect(report.again).toMatchObject({ files: 192, rebuilt: 0, restored: 0, imported: 0, isEveryEventThere: true });
      expect(report.again.viewsRebuilt).toBeGreaterThanOrEqual(3);
    }, 1_500_000);
  },
);

const servers = sourceOf('kafka').lack ?? sourceOf('mongo-java-server').lack;

describeWhere(tpmap !== undefined && servers === undefined, servers ?? 'TPMAP published files (FAEMBAN_TEST_DATA)')(
  'a small district through the services as processes on Kafka and MongoDB’s protocol',
  () => {
    test('gives back every published figure, rebuilt from Kafka and after a restart too', async () => {
      const report = await accept({
        ...{ tpmap: tpmap ?? '', province: '84', district: '8419', visible: false },
        profile: 'distributed',
      });
      expect(report.firstDifferences).toEqual([]);
      expect(report).toMatchObject({
        ...{ differences: 0, changed: { differences: 0, asKnownBefore: 0 } },
        again: { files: 192, rebuilt: 0, restarted: 0, viewsRebuilt: 5, isUnaltered: true, isEveryEventThere: true },
      });
      expect(report.changed.cellsThatMoved).toBeGreaterThan(100);
    }, 900_000);
  },
);
