import { contextModule } from '@faemban/nest-kit';
import type { DynamicModule } from '@nestjs/common';
import {
  FindFigures,
  findFigures,
  FindReleasedFigures,
  findReleasedFigures,
  FindTpmapSums,
  findTpmapSums,
} from './areas/area-figures.queries';
import { areaFigures } from './areas/area-figures.view';
import { FiguresController } from './areas/figures.controller';
import { RELEASES } from './areas/releases.token';
import { reportingConfigSchema, type ReportingConfig } from './config';
import { FindHouseholdHistory, findHouseholdHistory } from './households/household-history.queries';
import { householdHistory } from './households/household-history.view';
import { ListHouseholds, listHouseholds } from './households/household-list.queries';
import { householdList } from './households/household-list.view';
import { RulesetComparisonController } from './rulesets/ruleset-comparison.controller';
import {
  CompareRulesets,
  compareRulesets,
  FindDifferingHouseholds,
  findDifferingHouseholds,
} from './rulesets/ruleset-comparison.queries';
import { publishedRulesets } from './rulesets/published-rulesets.view';
import { HouseholdsController } from './households/households.controller';

/** Every read model of reporting, for whoever keeps them: this module, or a thread of their own. */
export const reportingReadModels = {
  tallies: [areaFigures],
  views: [householdHistory, householdList, publishedRulesets],
} as const;

/** Reporting: figures by area, histories, lists and exports, over what other contexts publish. Needs the PLATFORM of its server. */
export class ReportingModule {
  static register(config: Partial<ReportingConfig> = {}): DynamicModule {
    const { releases } = reportingConfigSchema.parse(config);
    return contextModule({
      name: 'reporting',
      ...reportingReadModels,
      queries: [
        { query: FindFigures, answer: findFigures },
        { query: FindReleasedFigures, answer: findReleasedFigures },
        { query: FindTpmapSums, answer: findTpmapSums },
        { query: FindHouseholdHistory, answer: findHouseholdHistory },
        { query: ListHouseholds, answer: listHouseholds },
        { query: CompareRulesets, answer: compareRulesets },
        { query: FindDifferingHouseholds, answer: findDifferingHouseholds },
      ],
      controllers: [FiguresController, HouseholdsController, RulesetComparisonController],
      providers: [{ provide: RELEASES, useValue: releases }],
    });
  }
}
