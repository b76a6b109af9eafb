/** The whole console: who is signed in decides what is drawn. */

import { Announcer } from '../components/announce.tsx';
import { session } from '../session/session.ts';
import { SignInPage } from '../session/sign-in-page.tsx';
import { Frame } from './frame.tsx';

export function App() {
  const { value } = session;
  return (
    <>
      {drawn()}
      <Announcer />
    </>
  );

  function drawn() {
    switch (value.state) {
      case 'unknown':
        return null;
      case 'out':
        return <SignInPage why={value.why} problem={value.error} />;
      case 'in':
        return <Frame who={value.principal} />;
    }
  }
}
