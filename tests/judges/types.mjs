// Prints what @mattermost/types says of the objects that a walk sees: {type: {key: {"kinds": […], "required": bool}}}.
import ts from 'typescript';

const TYPES = {
    UserProfile: 'users',
    UserAccessToken: 'users',
    Session: 'sessions',
    Bot: 'bots',
    Role: 'roles',
    StatusOK: 'client4',
    ServerError: 'errors',
};

const source = Object.entries(TYPES).
    map(([name, module]) => `import type {${name}} from '@mattermost/types/${module}';\nexport declare const the${name}: ${name};`).
    join('\n');
const options = {strict: true, module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16, skipLibCheck: true};
const file = new URL('./walk.ts', import.meta.url).pathname;
const host = ts.createCompilerHost(options);
const {getSourceFile, fileExists, readFile} = host;
host.fileExists = (name) => name === file || fileExists(name);
host.readFile = (name) => (name === file ? source : readFile(name));
host.getSourceFile = (name, version) => (name === file ? ts.createSourceFile(name, source, version) : getSourceFile(name, version));

const program = ts.createProgram([file], options, host);
const problems = ts.getPreEmitDiagnostics(program);
if (problems.length > 0) {
    throw new Error(ts.formatDiagnostics(problems, host));
}
const checker = program.getTypeChecker();

function kinds(type) {
    if (type.isUnion()) {
        return [...new Set(type.types.flatMap(kinds))];
    }
    const {Any, StringLike, NumberLike, BooleanLike, Undefined} = ts.TypeFlags;
    for (const [flag, kind] of [[Any, 'any'], [StringLike, 'string'], [NumberLike, 'number'], [BooleanLike, 'boolean']]) {
        if (type.flags & flag) {
            return [kind];
        }
    }
    if (type.flags & Undefined) {
        return [];
    }
    return [checker.isArrayType(type) ? 'array' : 'object'];
}

const found = {};
for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)))) {
    const keys = {};
    for (const property of checker.getPropertiesOfType(checker.getTypeOfSymbol(symbol))) {
        const optional = Boolean(property.flags & ts.SymbolFlags.Optional);
        keys[property.name] = {kinds: kinds(checker.getTypeOfSymbol(property)), required: !optional};
    }
    found[symbol.name.replace(/^the/, '')] = keys;
}
console.log(JSON.stringify(found));
