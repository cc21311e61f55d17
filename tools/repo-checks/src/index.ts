export { filesOfTheTree, packagesOfTheTree, root, textOf, type Package } from './tree';
