import { accept } from '@faemban/acceptance';
import { describeWhere, testDataDir } from '@faemban/fixtures';

const tpmap = testDataDir('tpmap-2561');

describeWhere(tpmap !== undefined, 'TPMAP published files (FAEMBAN_TEST_DATA)')(
  'a district through the whole system',
  () => {
    test('gives back every published figure, follows a changed survey, still knows what it knew, and the same again from copies', async () => {
      const report = await accept({ tpmap: tpmap ?? '', province: '84', district: '8417', visible: false });
      expect(report.firstDifferences).toEqual([]);
      expect(report).toMatchObject({ files: 96, differences: 0, changed: { differences: 0, asKnownBefore: 0 } });
      expect(report.cells).toBeGreaterThan(90_000);
      expect(report.changed.cellsThatMoved).toBeGreaterThan(100);
      expect(report.again).toMatchObject({ files: 192, rebuilt: 0, restored: 0, imported: 0, isEveryEventThere: true });
      expect(report.again.viewsRebuilt).toBeGreaterThanOrEqual(3);
    }, 600_000);
  },
);
