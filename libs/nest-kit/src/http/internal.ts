import { applyDecorators, Inject, Injectable, UseGuards, type CanActivate } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { notFound } from './problem-of';

/** What {@link Internal} routes ask: whether this server lets other processes in, which it does behind a service token only. */
export const INTERNAL_ACCESS = Symbol('INTERNAL_ACCESS');
/** See {@link INTERNAL_ACCESS}. */
export interface InternalAccess {
  readonly isGiven: boolean;
}

@Injectable()
class InternalGuard implements CanActivate {
  constructor(@Inject(INTERNAL_ACCESS) private readonly access: InternalAccess) {}

  canActivate(): boolean {
    if (this.access.isGiven) return true;
    throw notFound();
  }
}

/**
 * Class decorator of a controller whose routes are for other processes of the platform: 404 on a server without a service token, and in
 * no OpenAPI document. On a server with one, every request has shown it before it gets here.
 */
export const Internal = (): ClassDecorator => applyDecorators(ApiExcludeController(), UseGuards(InternalGuard));
