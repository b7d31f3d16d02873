// Stands for @mattermost/client while the types are checked strictly: its own declarations want a browser's and React's.
export class Client4 {
  getMe(): Promise<{ username: string }>
}
