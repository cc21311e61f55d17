import { accept } from '@faemban/acceptance';
import { describeWhere, testDataDir } from '@faemban/fixtures';

const tpmap = testDataDir('tpmap-2561');

describeWhere(tpmap !== undefined, 'TPMAP published files (FAEMBAN_TEST_DATA)')(
  'a district through the whole system',
  () => {
    test('gives back every published figure, follows a changed survey, and still knows what it knew', async () => {
      const report = await accept({ tpmap: tpmap ?? '', province: '84', district: '8417', visible: false });
      expect(report.firstDifferences).toEqual([]);
      expect(report).toMatchObject({ files: 96, differences: 0, changed: { differences: 0, asKnownBefore: 0 } });
      expect(report.cells).toBeGreaterThan(90_000);
      expect(report.changed.cellsThatMoved).toBeGreaterThan(100);
    }, 600_000);
  },
);
