# Installs orchestrator on Windows: downloads the executable, verifies it, puts it in place.
#
#   irm <address>/install.ps1 | iex
#   & ([scriptblock]::Create((irm <address>/install.ps1))) -To . -Version latest
#
# Works with Windows PowerShell 5.1 and PowerShell 7. Changes nothing outside the folder it installs
# into, apart from the PATH of this user when it chooses the folder itself. Variables with the same
# meaning as the parameters: ORCHESTRATOR_INSTALL_DIR, ORCHESTRATOR_VERSION, ORCHESTRATOR_BASE_URL,
# ORCHESTRATOR_NO_MODIFY_PATH=1, ORCHESTRATOR_REPLACE=1, ORCHESTRATOR_UNSIGNED=1.
#
# This copy belongs to one release and carries the SHA-256 of that release's files, so installing
# that release needs no signature. Any other release is verified by the signature of its SHA256SUMS.
[CmdletBinding()]
param(
  # Where to put the executable.
  [string] $To = $env:ORCHESTRATOR_INSTALL_DIR,
  # Another release than this script's own, or "latest".
  [string] $Version = $env:ORCHESTRATOR_VERSION,
  # A folder or server with a release's files.
  [string] $BaseUrl = $env:ORCHESTRATOR_BASE_URL,
  # Never change PATH.
  [switch] $NoModifyPath,
  # Replace orchestrator.exe there even though it is another program or a link.
  [switch] $Replace,
  # Install another release although its signature cannot be checked here.
  [switch] $Unsigned,
  # Remove the executable, and the folder from PATH.
  [switch] $Uninstall
)

# Filled in by the release script.
$OwnVersion = '@VERSION@'
$Releases = '@RELEASES@'
$Known = '@KNOWN@'
$KeyEcdsa = '@KEY_ECDSA@'
$KeySsh = '@KEY_SSH@'

function Get-Sha256([string] $Path) {
  (Get-FileHash -Algorithm SHA256 -LiteralPath $Path).Hash.ToLowerInvariant()
}

function Save-ReleaseFile([string] $Folder, [string] $Name, [string] $Directory) {
  $target = Join-Path $Directory $Name
  if ($Folder -match '^https?://') {
    Invoke-WebRequest -UseBasicParsing -Uri "$Folder/$Name" -OutFile $target
  } else {
    Copy-Item -LiteralPath (Join-Path $Folder $Name) -Destination $target
  }
  $target
}

# The folder or address that -BaseUrl stands for.
function Get-ReleaseFolder([string] $Base) {
  if ($Base -match '^https?://') { return $Base.TrimEnd('/') }
  $path = $Base
  if ($Base -match '^file:') {
    # file://localhost/ is this machine; LocalPath would make a share of it.
    $path = ([Uri] ($Base -replace '^file:/{0,2}localhost/', 'file:///')).LocalPath
  } elseif ($Base -match '^[A-Za-z][A-Za-z0-9+.-]*://') {
    throw "Cannot read `"$Base`": -BaseUrl takes a folder, file:, http: or https:"
  }
  if (-not (Test-Path -LiteralPath $path -PathType Container)) {
    throw "There is no folder `"$path`". Nothing was installed. A server begins with https://"
  }
  $path.TrimEnd('/', '\')
}

# Throws where something else than this program would be lost.
function Assert-Replaceable([string] $Path) {
  $item = Get-Item -LiteralPath $Path -Force -ErrorAction SilentlyContinue
  if ($null -eq $item) { return }
  $wayOut = 'Nothing was installed. Install elsewhere with -To, or replace it with -Replace or ORCHESTRATOR_REPLACE=1'
  if ($item.Attributes -band [IO.FileAttributes]::ReparsePoint) { throw "$Path is a link. $wayOut" }
  $said = try { "$(& $Path --version)" } catch { '' }
  if ($said -notmatch '^orchestrator \d\S* \(.*, .*\)$') { throw "$Path is not this program. $wayOut" }
}

# The SHA-256 that a list states for a file, or for the executable of a target; empty when none.
function Get-Sum([string[]] $List, [string] $Name) {
  foreach ($line in $List) {
    $words = $line.Split(' ', [StringSplitOptions]::RemoveEmptyEntries)
    if ($words.Count -eq 2 -and $words[1] -ceq $Name) { return $words[0] }
    if ($words.Count -eq 4 -and $words[1] -ceq 'executable' -and $words[3] -ceq $Name) {
      return $words[2]
    }
  }
  ''
}

function Test-Version([string] $Text) {
  $Text -cmatch '^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(-[0-9a-z.]{1,40})?$'
}

# Whether version A comes before version B, by the precedence of SemVer.
function Test-Older([string] $A, [string] $B) {
  $left = $A.Split('-', 2)
  $right = $B.Split('-', 2)
  $core = ([Version] $left[0]).CompareTo([Version] $right[0])
  if ($core -ne 0) { return $core -lt 0 }
  if ($left.Count -eq 1 -or $right.Count -eq 1) { return $left.Count -gt $right.Count }
  $partsA = $left[1].Split('.')
  $partsB = $right[1].Split('.')
  for ($i = 0; $i -lt [Math]::Min($partsA.Count, $partsB.Count); $i++) {
    if ($partsA[$i] -ceq $partsB[$i]) { continue }
    $numberA = $partsA[$i] -match '^\d+$'
    $numberB = $partsB[$i] -match '^\d+$'
    if ($numberA -and $numberB) { return [long] $partsA[$i] -lt [long] $partsB[$i] }
    if ($numberA -ne $numberB) { return $numberA }
    return [string]::CompareOrdinal($partsA[$i], $partsB[$i]) -lt 0
  }
  $partsA.Count -lt $partsB.Count
}

# 'good', 'bad', or why it cannot be checked. Windows PowerShell 5.1 cannot read such keys itself;
# Git for Windows has openssl, Windows has ssh-keygen.
function Get-SignatureState([string] $List, [string] $Folder, [string] $Directory) {
  $openssl = Get-Command openssl -ErrorAction SilentlyContinue
  if ($null -eq $openssl) {
    foreach ($root in @($env:ProgramFiles, $env:LOCALAPPDATA)) {
      if (-not $root) { continue }
      foreach ($place in @('Git\usr\bin\openssl.exe', 'Programs\Git\usr\bin\openssl.exe')) {
        $path = Join-Path $root $place
        if ($null -eq $openssl -and (Test-Path -LiteralPath $path)) {
          $openssl = Get-Command $path
        }
      }
    }
  }
  if ($KeyEcdsa -eq '' -and $KeySsh -eq '') { return 'this script carries no key' }
  # What a program writes to stderr must not end the script in 5.1.
  $ErrorActionPreference = 'Continue'
  if ($KeyEcdsa -ne '' -and $null -ne $openssl) {
    $key = Join-Path $Directory 'key.pem'
    [IO.File]::WriteAllText($key, $KeyEcdsa + "`n")
    & $openssl pkey -pubin -in $key -noout 2>&1 | Out-Null
    if ($LASTEXITCODE -eq 0) {
      try { $signature = Save-ReleaseFile $Folder 'SHA256SUMS.sig' $Directory } catch {
        return "$Folder has no SHA256SUMS.sig"
      }
      $arguments = @('dgst', '-sha256', '-verify', $key, '-signature', $signature, $List)
      & $openssl @arguments 2>&1 | Out-Null
      if ($LASTEXITCODE -eq 0) { return 'good' } else { return 'bad' }
    }
  }
  $ssh = Get-Command ssh-keygen -ErrorAction SilentlyContinue
  if ($KeySsh -eq '' -or $null -eq $ssh) { return 'there is neither openssl nor ssh-keygen here' }
  $allowed = Join-Path $Directory 'allowed'
  [IO.File]::WriteAllText($allowed, "release namespaces=`"orchestrator-release`" $KeySsh`n")
  try { $signature = Save-ReleaseFile $Folder 'SHA256SUMS.sshsig' $Directory } catch {
    return "$Folder has no SHA256SUMS.sshsig"
  }
  # A pipeline of PowerShell would change the bytes that are signed.
  $start = New-Object Diagnostics.ProcessStartInfo
  $start.FileName = $ssh.Source
  $start.Arguments = "-Y verify -f `"$allowed`" -I release -n orchestrator-release -s `"$signature`""
  $start.UseShellExecute = $false
  $start.RedirectStandardInput = $true
  $start.RedirectStandardOutput = $true
  $start.RedirectStandardError = $true
  $process = [Diagnostics.Process]::Start($start)
  $bytes = [IO.File]::ReadAllBytes($List)
  # The stream itself: its writer would add a mark of its encoding.
  $process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
  $process.StandardInput.BaseStream.Close()
  $output = $process.StandardOutput.ReadToEnd() + $process.StandardError.ReadToEnd()
  $process.WaitForExit()
  if ($process.ExitCode -eq 0) { return 'good' }
  if ($output -match 'option') { return 'the ssh-keygen here is too old to check signatures' }
  'bad'
}

function Expand-Gzip([string] $From, [string] $Destination) {
  $in = [IO.File]::OpenRead($From)
  try {
    $out = [IO.File]::Create($Destination)
    try {
      $unpacked = New-Object IO.Compression.GzipStream($in, [IO.Compression.CompressionMode]::Decompress)
      $unpacked.CopyTo($out)
      $unpacked.Dispose()
    } finally { $out.Dispose() }
  } finally { $in.Dispose() }
}

function Get-UserPath {
  $key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment')
  if ($null -eq $key) { return '' }
  [string] $key.GetValue('Path', '', [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
}

# Keeps variables in PATH as they are written, which SetEnvironmentVariable would not.
function Set-UserPath([string] $Value) {
  $key = [Microsoft.Win32.Registry]::CurrentUser.CreateSubKey('Environment')
  $key.SetValue('Path', $Value, [Microsoft.Win32.RegistryValueKind]::ExpandString)
  # Any variable that is set this way tells running programs that the environment has changed.
  [Environment]::SetEnvironmentVariable('ORCHESTRATOR_INSTALLER', $null, 'User')
}

function Install-Orchestrator {
  # In here, so that nothing of it stays in the window that runs this with iex.
  Set-StrictMode -Version 2.0
  $ErrorActionPreference = 'Stop'
  # Its progress bar makes Invoke-WebRequest of 5.1 many times slower.
  $ProgressPreference = 'SilentlyContinue'
  # 5.1 on older Windows offers TLS 1.0 by itself.
  if ([Net.ServicePointManager]::SecurityProtocol -ne 0) {
    [Net.ServicePointManager]::SecurityProtocol =
      [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
  }
  if ($OwnVersion.StartsWith('@')) {
    throw 'This is the template; the install.ps1 of a release is made from it'
  }
  $chosen = -not $To
  $place = if ($chosen) { Join-Path $env:LOCALAPPDATA 'Programs\orchestrator' } else { $To }
  $changePath = $chosen -and -not $NoModifyPath -and
    ('', '0') -contains [string] $env:ORCHESTRATOR_NO_MODIFY_PATH
  $directory = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($place)
  $destination = Join-Path $directory 'orchestrator.exe'

  if ($Uninstall) {
    if (Test-Path -LiteralPath $destination -PathType Leaf) {
      $said = & $destination --version
      if ("$said" -notmatch '^orchestrator ') { throw "$destination is not orchestrator" }
      Remove-Item -LiteralPath $destination
      # Kept by `orchestrator self update`, for a rollback.
      $previous = Join-Path $directory '.orchestrator-previous.exe'
      Remove-Item -LiteralPath $previous -Force -ErrorAction SilentlyContinue
      Write-Host "Removed $destination"
    } else { Write-Host "There is no $destination" }
    $path = Get-UserPath
    $kept = @($path.Split(';') | Where-Object { $_ -ne $directory }) -join ';'
    if ($chosen -and $kept -ne $path) { Set-UserPath $kept; Write-Host "Removed $directory from PATH" }
    Write-Host 'State, configuration and secrets were kept'
    return
  }

  if (-not [Environment]::Is64BitOperatingSystem) { throw 'There is no executable for 32-bit Windows' }
  # Windows on ARM runs it by emulation.
  $target = 'windows-x64'
  $wantedVersion = if ($Version) { $Version -replace '^v', '' } else { $OwnVersion }
  if ($wantedVersion -ne 'latest' -and -not (Test-Version $wantedVersion)) {
    throw "`"$wantedVersion`" is not a version"
  }
  if ($BaseUrl) { $folder = Get-ReleaseFolder $BaseUrl }
  elseif ($Releases -eq '') {
    throw 'Releases have no address yet: give the folder or server that has them with -BaseUrl'
  } elseif ($wantedVersion -eq 'latest') { $folder = "$Releases/latest/download" }
  else { $folder = "$Releases/download/v$wantedVersion" }

  if (-not $Replace -and ('', '0') -contains [string] $env:ORCHESTRATOR_REPLACE) {
    Assert-Replaceable $destination
  }
  New-Item -ItemType Directory -Force -Path $directory | Out-Null
  $work = Join-Path $directory ('.orchestrator-' + [Guid]::NewGuid().ToString('N'))
  New-Item -ItemType Directory -Path $work | Out-Null
  try {
    if ($wantedVersion -eq $OwnVersion) { $list = $Known -split "`r?`n" }
    else {
      try { $file = Save-ReleaseFile $folder 'SHA256SUMS' $work } catch {
        throw "Cannot download $folder/SHA256SUMS"
      }
      $state = Get-SignatureState $file $folder $work
      if ($state -eq 'bad') {
        throw "The signature of $folder/SHA256SUMS is bad: it is not the release that was published. Nothing was installed"
      }
      if ($state -ne 'good') {
        if (-not $Unsigned -and ('', '0') -contains [string] $env:ORCHESTRATOR_UNSIGNED) {
          throw "Cannot check the signature of the release: $state. Nothing was installed. Use the install.ps1 of the release that you want, or accept a release that is not verified with -Unsigned"
        }
        Write-Warning "The signature of the release was not checked: $state"
      }
      $list = [IO.File]::ReadAllText($file) -split "`n"
      $first = [regex]::Match($list[0], '^# orchestrator (\S+)$')
      $signedVersion = $first.Groups[1].Value
      if (-not $first.Success -or -not (Test-Version $signedVersion)) {
        throw "$folder/SHA256SUMS does not say which release it is about; nothing was installed"
      }
      if ($wantedVersion -eq 'latest') {
        if (Test-Older $signedVersion $OwnVersion) {
          throw "The newest release there is $signedVersion, older than $OwnVersion, which this script is from. Nothing was installed. To install it all the same, use -Version $signedVersion"
        }
        $wantedVersion = $signedVersion
      }
      if ($wantedVersion -ne $signedVersion) {
        throw "$folder has release $signedVersion, not $wantedVersion; nothing was installed"
      }
    }
    $wanted = Get-Sum $list $target
    if (-not $wanted) { throw "Release $wantedVersion has no executable for $target" }
    if ((Test-Path -LiteralPath $destination -PathType Leaf) -and (Get-Sha256 $destination) -eq $wanted) {
      Write-Host "orchestrator $wantedVersion is already installed: $destination"
    } else {
      $name = "orchestrator-$wantedVersion-$target.gz"
      $sum = Get-Sum $list $name
      if (-not $sum) { throw "Release $wantedVersion has no file $name" }
      Write-Host "Downloading $folder/$name"
      try { $packed = Save-ReleaseFile $folder $name $work } catch {
        throw "Cannot download $folder/${name}: nothing was installed"
      }
      if ((Get-Sha256 $packed) -ne $sum) {
        throw "$folder/$name is not what was published: its SHA-256 differs. Nothing was installed"
      }
      $executable = Join-Path $work 'orchestrator.exe'
      Expand-Gzip $packed $executable
      if ((Get-Sha256 $executable) -ne $wanted) {
        throw "The executable in $name is not what was published: its SHA-256 differs. Nothing was installed"
      }
      $said = "$(& $executable --version)"
      if (-not $said.StartsWith("orchestrator $wantedVersion ")) {
        throw "The executable does not run here; nothing was installed. It says: $said"
      }
      # A running executable can be renamed, but not replaced.
      if (Test-Path -LiteralPath $destination) {
        $old = Join-Path $directory ('.orchestrator-old-' + [Guid]::NewGuid().ToString('N'))
        Move-Item -LiteralPath $destination -Destination $old
        try { Move-Item -LiteralPath $executable -Destination $destination } catch {
          Move-Item -LiteralPath $old -Destination $destination
          throw
        }
        Remove-Item -LiteralPath $old -ErrorAction SilentlyContinue
      } else { Move-Item -LiteralPath $executable -Destination $destination }
      Write-Host "Installed ${said}: $destination"
    }
  } finally {
    Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction SilentlyContinue
  }

  if (($env:Path -split ';') -contains $directory) { return }
  if ($changePath) {
    $path = Get-UserPath
    if (($path -split ';') -notcontains $directory) {
      Set-UserPath ((@($path.Split(';') | Where-Object { $_ }) + $directory) -join ';')
      Write-Host "Added $directory to your PATH: open a new window, and orchestrator is found"
    }
  } else { Write-Host "$directory is not on PATH: run it as $destination" }
}

Install-Orchestrator
