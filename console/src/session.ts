import { Code, ConnectError, createClient, type Client, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import type { DescService } from '@bufbuild/protobuf';

/** The API key of this tab. It lives in session storage only: closing the tab forgets it. */
const slot = 'busker.key';

/** Takes a key handed over in the address (`/#key=…`), so that a printed link signs in, and hides it from the address bar. */
export function takeKeyFromAddress(): void {
  const match = /^#key=(.+)$/.exec(location.hash);
  if (!match) return;
  sessionStorage.setItem(slot, decodeURIComponent(match[1]!));
  history.replaceState(null, '', '#/');
}

export const currentKey = (): string | null => sessionStorage.getItem(slot);
export const signIn = (key: string): void => sessionStorage.setItem(slot, key.trim());
export const signOut = (): void => sessionStorage.removeItem(slot);

const withKey: Interceptor = (next) => (request) => {
  const key = currentKey();
  if (key) request.header.set('Authorization', `Bearer ${key}`);
  return next(request);
};

const transport = createConnectTransport({ baseUrl: location.origin, interceptors: [withKey] });

export const client = <S extends DescService>(service: S): Client<S> => createClient(service, transport);

/** One sentence a person can act on. */
export function sentence(error: unknown): string {
  const failure = ConnectError.from(error);
  switch (failure.code) {
    case Code.Unauthenticated: return 'The API key was not accepted. Sign in with another key.';
    case Code.PermissionDenied: return `This key may not do that. ${failure.rawMessage}`;
    case Code.Unavailable: return 'The host or its database is not reachable. This page tries again by itself.';
    case Code.ResourceExhausted: return 'Too many requests at once. This page tries again by itself.';
    case Code.Unimplemented: return 'This host does not offer that call.';
    default: return failure.rawMessage || 'Something went wrong.';
  }
}

export const isNotFound = (error: unknown): boolean => ConnectError.from(error).code === Code.NotFound;
export const isSignedOut = (error: unknown): boolean => ConnectError.from(error).code === Code.Unauthenticated;
