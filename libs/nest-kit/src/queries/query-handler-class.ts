import type { Tally, View, ViewHandle } from '@faemban/event-sourcing';
import { Inject, type InjectionToken, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { viewToken } from '../contexts/tokens';
import { PLATFORM, type Platform } from '../platform';

/** What an answer may reach for: read models by their declaration, anything else by its token. */
export interface Answering {
  readonly platform: Platform;
  view<Doc extends object>(view: View<Doc>): ViewHandle<Doc>;
  tally<Slice>(tally: Tally<Slice>): ViewHandle;
  get<Dependency>(token: InjectionToken): Dependency;
}

/** A query class with the function that answers it: `queryBus.execute(new CurrentScore(householdId))`. */
export interface QueryRegistration<Query extends object = object> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a class is known by what it makes, not by how it is called
  readonly query: new (...args: any[]) => Query;
  readonly answer: (query: Query, reach: Answering) => unknown;
}

/** Makes the class by which the query bus finds an answer. */
export function queryHandlerClass({ query, answer }: QueryRegistration): Type<IQueryHandler> {
  class Answers implements IQueryHandler<object> {
    private readonly reach: Answering;

    constructor(@Inject(PLATFORM) platform: Platform, @Inject(ModuleRef) modules: ModuleRef) {
      const get = <Dependency>(token: InjectionToken): Dependency =>
        modules.get<Dependency, Dependency>(token as Type<Dependency>, { strict: false });
      this.reach = { platform, get, view: (view) => get(viewToken(view)), tally: (tally) => get(viewToken(tally)) };
    }

    async execute(asked: object): Promise<unknown> {
      return answer(asked, this.reach);
    }
  }
  QueryHandler(query)(Answers);
  Object.defineProperty(Answers, 'name', { value: `Answers(${query.name})` });
  return Answers;
}
